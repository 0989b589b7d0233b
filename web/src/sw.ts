// Offline: the page, its modules and its icons come from the cache of this very build.

// The page's types know no service worker; these are the few of its members that are used.
interface Extendable extends Event {
    waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Extendable {
    readonly request: Request;
    respondWith(response: Promise<Response>): void;
}
interface Clicked extends Extendable {
    readonly notification: Notification;
}
interface Scope {
    readonly clients: {
        claim(): Promise<void>;
        matchAll(options: object): Promise<{ focus(): Promise<unknown> }[]>;
        openWindow(url: string): Promise<unknown>;
    };
    skipWaiting(): Promise<void>;
}
const scope = self as unknown as Scope;
const CACHE = `symbolon-${BUILD.version}`;

self.addEventListener("install", (event) => {
    const fill = async (): Promise<void> => {
        const cache = await caches.open(CACHE);
        await cache.addAll(BUILD.files.map((file) => new Request(file, { cache: "reload" })));
        await scope.skipWaiting();
    };
    (event as Extendable).waitUntil(fill());
});

self.addEventListener("activate", (event) => {
    const tidy = async (): Promise<void> => {
        for (const name of await caches.keys())
            if (name !== CACHE && name.startsWith("symbolon-")) await caches.delete(name);
        await scope.clients.claim();
    };
    (event as Extendable).waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
    const { request } = event as Fetching;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== self.location.origin) return;
    const own = new URL("./", self.location.href).pathname;
    const file =
        url.pathname === own ? "./" : url.pathname.startsWith(own) ? url.pathname.slice(own.length) : undefined;
    if (file === undefined || !BUILD.files.includes(file)) return;
    const answer = async (): Promise<Response> => (await (await caches.open(CACHE)).match(file)) ?? fetch(request);
    (event as Fetching).respondWith(answer());
});

self.addEventListener("notificationclick", (event) => {
    const { notification } = event as Clicked;
    notification.close();
    const show = async (): Promise<void> => {
        const [page] = await scope.clients.matchAll({ type: "window" });
        await (page ? page.focus() : scope.clients.openWindow("./"));
    };
    (event as Extendable).waitUntil(show());
});
