/** Version of this build. */
declare const APP_VERSION: string;

/** Names and hashes of the files of this build, for the offline cache. */
declare const BUILD: { version: string; files: string[] };
