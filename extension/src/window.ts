// The approval window: one at a time, found again after the worker's death.

let opening: Promise<void> = Promise.resolve();

/** Opens the window, or brings it to the front. Calls queue up, so that two requests do not open two. */
export function showApproval(): void {
    opening = opening.then(show, show);
}

async function show(): Promise<void> {
    const stored = await chrome.storage.session.get(KEY);
    const known: unknown = stored[KEY];
    if (typeof known === "number" && (await focus(known))) return;
    const current = await chrome.windows.getLastFocused().catch(() => undefined);
    const window = {
        focused: true,
        height: HEIGHT,
        type: "popup",
        url: chrome.runtime.getURL("approval.html"),
        width: WIDTH,
    } as const;
    const corner = {
        left: Math.max(0, (current?.left ?? 0) + (current?.width ?? WIDTH) - WIDTH),
        top: Math.max(0, current?.top ?? 0),
    };
    // A corner that is mostly off the screen is refused; then the browser chooses the place.
    const created = await chrome.windows.create({ ...window, ...corner }).catch(() => chrome.windows.create(window));
    if (created?.id !== undefined) await chrome.storage.session.set({ [KEY]: created.id });
}

async function focus(id: number): Promise<boolean> {
    try {
        await chrome.windows.update(id, { drawAttention: true, focused: true });
        return true;
    } catch {
        return false;
    }
}

const HEIGHT = 680;
const KEY = "approvalWindow";
const WIDTH = 420;
