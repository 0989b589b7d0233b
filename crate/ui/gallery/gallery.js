// A host that knows nothing but samples: `?state=approval&theme=dark` shows one, and answers every command with "done"
// (or with a refusal, where the command holds the word "refuse"). Commands are kept in `sent`, for tests.

const states = await (await fetch("samples.json")).json();
const query = new URLSearchParams(location.search);
const { press, screen, view } = states[query.get("state") ?? "welcome"];
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
        } else {
          answer({ type: "reply", reply: message.reply, ok: true, given: given(message.command) });
          answer({ type: "view", view: globalThis.shown });
        }
      },
    };
  },
};

/** What a command asks for, and how the view is afterwards. */
function given(command) {
  const draft = (confirmed, needed) => {
    globalThis.shown.recovery = { ...globalThis.shown.recovery, draft: { confirmed, needed, sheet: "7KQ4-XW2M" } };
  };
  const code = ["11H2", "7TQ9", "XK4M", "0ZWB", "V8RN", "3FDS", "6GJA", "PCE5", "YH1T", "2K9Q"].join("-");
  if (command.type === "drawRecoveryCode") {
    const { needed = 1, guardians = 1 } = command.guardians ?? {};
    draft(false, needed);
    return Array.from({ length: guardians }, () => (guardians > 1 ? `${code}-7X3D` : code)).join("\n");
  }
  if (command.type === "confirmRecoveryCode") draft(true, 1);
  return undefined;
}

const { default: init } = await import("./symbolon_ui.js");
await init();

// `draw-code` presses, `code-kind=split` chooses among radio buttons, `code-input=1` types.
for (const step of press) {
  const [id, value] = step.split("=");
  const find = () => [...document.querySelectorAll(`[data-testid="${id}"]`)].find((one) => one.type !== "radio" || one.value === value);
  for (let tries = 0; tries < 100 && !find(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  const element = find();
  if (element?.matches("textarea")) {
    element.value = value;
    element.dispatchEvent(new Event("input", { bubbles: true }));
  } else element?.click();
  await new Promise((resolve) => setTimeout(resolve, 50));
}
