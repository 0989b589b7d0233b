// What the phone's camera sees: a film of one frame, which may be changed while the camera runs.

import { rename, writeFile } from "node:fs/promises";

const WIDTH = 640;
const HEIGHT = 480;

/** A grey wall. */
export async function filmNothing(file) {
    await film(file, Buffer.alloc(WIDTH * HEIGHT, 0x60));
}

/** An element of another device's screen, as a camera in front of it sees it. */
export async function filmElement(file, locator) {
    const png = (await locator.screenshot()).toString("base64");
    const luma = await locator.page().evaluate(
        async ([data, width, height]) => {
            const image = new Image();
            image.src = `data:image/png;base64,${data}`;
            await image.decode();
            const canvas = new OffscreenCanvas(width, height);
            const context = canvas.getContext("2d");
            context.fillStyle = "#777";
            context.fillRect(0, 0, width, height);
            const scale = Math.min((width * 0.9) / image.width, (height * 0.9) / image.height);
            const [w, h] = [image.width * scale, image.height * scale];
            context.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
            const { data: pixels } = context.getImageData(0, 0, width, height);
            let text = "";
            for (let at = 0; at < pixels.length; at += 4) {
                text += String.fromCharCode((pixels[at] * 77 + pixels[at + 1] * 150 + pixels[at + 2] * 29) >> 8);
            }
            return btoa(text);
        },
        [png, WIDTH, HEIGHT],
    );
    await film(file, Buffer.from(luma, "base64"));
}

async function film(file, luma) {
    const grey = Buffer.alloc((WIDTH * HEIGHT) / 2, 0x80);
    const frame = Buffer.concat([Buffer.from("FRAME\n"), luma, grey]);
    const header = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1\n`);
    // In one step: the camera may read at any moment.
    await writeFile(`${file}.next`, Buffer.concat([header, ...Array.from({ length: 5 }, () => frame)]));
    await rename(`${file}.next`, file);
}
