declare module "*.svg" {
    /** As a data-URI. */
    const uri: string;
    export default uri;
}

/** Relay proposed at set-up, chosen when the build was made. */
declare const DEFAULT_RELAY: string;
