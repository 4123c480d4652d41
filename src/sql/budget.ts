/** A token bucket of milliseconds: parsing may take a share of the time, and a burst after a quiet while. */
export class Budget {
  private readonly share: number
  private readonly burst: number
  private tokens: number
  private at: number

  constructor(share: number, burstMs: number, now: number) {
    this.share = share
    this.burst = burstMs
    this.tokens = burstMs
    this.at = now
  }

  /** Whether anything is left at `now` (milliseconds on any monotonic clock). */
  allows(now: number): boolean {
    this.tokens = Math.min(this.burst, this.tokens + Math.max(0, now - this.at) * this.share)
    this.at = now
    return this.tokens > 0
  }

  spend(ms: number): void {
    this.tokens -= ms
  }
}
