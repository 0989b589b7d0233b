// A static server on a port of its own: an origin for a page.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

/** Serves a directory; `extra` maps paths to `{ body, type }`. */
export async function serve(directory, { port = 0, extra = {} } = {}) {
    const server = createServer(async (request, response) => {
        const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
        const given = extra[path];
        if (given) {
            response.writeHead(200, { "content-type": given.type ?? "text/html; charset=utf-8", ...given.headers });
            response.end(given.body);
            return;
        }
        const file = normalize(path.endsWith("/") ? `${path}index.html` : path);
        try {
            if (!directory || file.includes("..")) throw new Error("no such file");
            const body = await readFile(join(directory, file));
            response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
            response.end(body);
        } catch {
            response.writeHead(404);
            response.end();
        }
    });
    await new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, "127.0.0.1", resolve);
    });
    return {
        url: `http://127.0.0.1:${server.address().port}`,
        stop: () =>
            new Promise((resolve) => {
                server.closeAllConnections();
                server.close(resolve);
            }),
    };
}

const TYPES = {
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
};
