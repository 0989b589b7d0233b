// How often a site may ask.

/** A bucket of tokens for each origin: bursts are let through, floods are not. */
export class RateLimit {
    #buckets = new Map<string, { tokens: number; at: number }>();

    /** Whether one more call of this origin is let through. */
    admits(origin: string, now = Date.now()): boolean {
        const bucket = this.#buckets.get(origin) ?? { tokens: BURST, at: now };
        bucket.tokens = Math.min(BURST, bucket.tokens + ((now - bucket.at) / 1000) * PER_SECOND);
        bucket.at = now;
        this.#buckets.set(origin, bucket);
        if (this.#buckets.size > ORIGINS_LIMIT) this.#forgetOldest();
        if (bucket.tokens < 1) return false;
        bucket.tokens -= 1;
        return true;
    }

    #forgetOldest(): void {
        let oldest: string | undefined;
        let at = Infinity;
        for (const [origin, bucket] of this.#buckets) {
            if (bucket.at < at) [oldest, at] = [origin, bucket.at];
        }
        if (oldest !== undefined) this.#buckets.delete(oldest);
    }
}

const BURST = 400;
const ORIGINS_LIMIT = 500;
const PER_SECOND = 100;
