import type { BrowserContext, ConsoleMessage, Request, Response } from '@playwright/test';

/** The browser's word for each bad answer; the answer itself says more. */
const FAILED_LOAD = /^Failed to load resource/;
/** The page gave it up by itself: it went elsewhere, or needs the answer no more. */
const GIVEN_UP = 'net::ERR_ABORTED';
const HYDRATION = /hydrat/i;

/**
 * What goes wrong in the pages of a scenario: console errors, uncaught errors (React's for a server's page that it could
 * not take over among them), answers of 400 and above, requests that the server broke off. The scenario fails on each
 * that it does not name as its purpose.
 */
export class Guard {
  readonly #wrongs: string[] = [];
  readonly #meant: RegExp[] = [];

  /** What the scenario does on purpose, as it is written in `wrongs`. */
  expects(...meant: RegExp[]): void {
    this.#meant.push(...meant);
  }

  /** All pages of the context, pop-ups included. */
  watch(context: BrowserContext): void {
    context.on('console', (message) => this.#said(message));
    context.on('weberror', (error) => this.#wrongs.push(`uncaught: ${error.error().message}`));
    context.on('requestfailed', (request) => this.#failed(request));
    context.on('response', (response) => this.#answered(response));
  }

  get wrongs(): string[] {
    return this.#wrongs.filter((wrong) => !this.#meant.some((meant) => meant.test(wrong)));
  }

  #said(message: ConsoleMessage): void {
    const text = message.text();
    if (message.type() !== 'error' && !HYDRATION.test(text)) return;
    if (!FAILED_LOAD.test(text)) this.#wrongs.push(`console: ${text}`);
  }

  #failed(request: Request): void {
    const why = request.failure()?.errorText ?? 'no reason';
    if (why !== GIVEN_UP) this.#wrongs.push(`failed: ${asked(request)}: ${why}`);
  }

  #answered(response: Response): void {
    if (response.status() >= 400)
      this.#wrongs.push(`answered ${response.status()}: ${asked(response.request())}`);
  }
}

function asked(request: Request): string {
  const { pathname, search } = new URL(request.url());
  return `${request.method()} ${pathname}${search}`;
}
