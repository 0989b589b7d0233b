// A host that knows nothing but samples: `?state=approval&theme=dark` shows one, and answers every command with "done"
// (or with a refusal, where the command holds the word "refuse"). Commands are kept in `sent`, for tests.

const states = await (await fetch("samples.json")).json();
const query = new URLSearchParams(location.search);
const { screen, view } = states[query.get("state") ?? "welcome"];
const offset = Date.now() - view.now;

globalThis.sent = [];
document.documentElement.dataset.screen = screen;
view.settings.theme = query.get("theme") ?? "system";

// Times of the samples are shifted to now, so that countdowns and "minutes ago" come out as written.
const shifted = (value, key) => {
  if (typeof value === "number" && value > 1e12) return value + offset;
  if (Array.isArray(value)) return value.map((item) => shifted(item));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shifted(item, name)]));
  }
  return value;
};

globalThis.symbolonBridge = {
  connect(onMessage) {
    const answer = (message) => setTimeout(() => onMessage(JSON.stringify(message)), 5);
    globalThis.show = (changed) => answer({ type: "view", view: changed });
    globalThis.shown = shifted(view);
    return {
      send(json) {
        const message = JSON.parse(json);
        globalThis.sent.push(message);
        if (message.type === "hello") answer({ type: "view", view: globalThis.shown });
        else if (json.includes("refuse")) {
          const error = { code: "gallery/refused", message: "That is not the right password. Nothing was lost; try again." };
          answer({ type: "reply", reply: message.reply, error });
        } else answer({ type: "reply", reply: message.reply, ok: true });
      },
    };
  },
};

const { default: init } = await import("./symbolon_ui.js");
await init();
