// Pictures of every screen, in light and dark, narrow and wide, in shots/gallery: what `test browser/axe` comes by. For
// people to look at: `./build.sh test browser/world` builds what it needs, then `node tests/browser/gallery.mjs`.

process.env.GALLERY = "1";
await import("./axe.test.mjs");
