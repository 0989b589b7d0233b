// An authenticator that is none: Chromium's virtual one, with the function that passkeys need here (`prf`).

/** Plugs one into a page's browser; each of its passkeys lives as long as it does. */
export async function authenticator(page, { prf = true } = {}) {
    const session = await page.context().newCDPSession(page);
    await session.send("WebAuthn.enable");
    const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
        options: {
            automaticPresenceSimulation: true,
            ctap2Version: "ctap2_1",
            hasPrf: prf,
            hasResidentKey: true,
            hasUserVerification: true,
            isUserVerified: true,
            protocol: "ctap2",
            transport: "internal",
        },
    });
    return {
        /** How many passkeys it has. */
        count: async () => (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials.length,
        /** Its owner deletes them all. */
        forget: () => session.send("WebAuthn.clearCredentials", { authenticatorId }),
        remove: () => session.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId }),
    };
}
