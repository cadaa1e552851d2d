import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import { Server as TlsServer } from 'node:https';
import { assertNever } from '../../contract/index.ts';
import { onBody, strikes } from './call-faults.ts';
import { answerWith, holdReply } from './held-reply.ts';
import { hold, pathOf, type RequestFaults } from './request-faults.ts';

type Emit = (this: Server, event: string, ...args: unknown[]) => boolean;
interface Emitter {
  emit: Emit;
}

/**
 * Faults on requests that come into a server of `node:http` or `node:https`, whatever framework is on it, as long as nobody
 * else takes care of it: the `request` event is held back, and the reply between the handler and the connection.
 */
export class PlainServers {
  readonly #requests: RequestFaults;
  readonly #ours: (server: Server) => boolean;
  readonly #onServer: () => void;
  readonly #undo: (() => void)[];

  /** `ours` says no for servers which another seam looks after; `onServer` is told when one of ours listens. */
  constructor(requests: RequestFaults, ours: (server: Server) => boolean, onServer: () => void) {
    this.#requests = requests;
    this.#ours = ours;
    this.#onServer = onServer;
    this.#undo = [Server.prototype, TlsServer.prototype].map((owner) =>
      this.#patch(owner as unknown as Emitter),
    );
  }

  close(): void {
    for (const undo of this.#undo) undo();
  }

  #patch(owner: Emitter): () => void {
    const original = owner.emit;
    const seam = this;
    const patched: Emit = function (this: Server, event) {
      if (event === 'listening' && seam.#ours(this)) seam.#onServer();
      // biome-ignore lint/complexity/noArguments: a rest parameter would be an allocation at each event
      const args = arguments as unknown as Parameters<Emit>;
      if (event !== 'request' || seam.#requests.idle || !seam.#ours(this)) return original.apply(this, args);
      const [, request, response] = args as unknown as [string, IncomingMessage, ServerResponse];
      const pass = () => original.call(this, event, request, response);
      seam.#request(request, response, pass).catch(pass);
      return true;
    };
    owner.emit = patched;
    return () => {
      if (owner.emit === patched) owner.emit = original;
    };
  }

  async #request(request: IncomingMessage, response: ServerResponse, pass: () => unknown): Promise<void> {
    const route = pathOf(request.url);
    const { chosen, span } = this.#requests.choose('before', request, route);
    for (const hit of strikes(chosen, span)) {
      const { effect } = hit;
      switch (effect.kind) {
        case 'wait':
          if ((await hold(hit, response)) === 'gone') return;
          break;
        case 'answer':
          hit.done();
          return answerWith(response, response, effect);
        case 'throw':
          hit.done();
          return answerWith(response, response, uncaught(effect.error));
        case 'reset':
          hit.done();
          request.socket.resetAndDestroy();
          return;
        default:
          assertNever(effect);
      }
    }
    if (!this.#requests.idle) this.#holdReply(request, response, route);
    handle(pass);
  }

  #holdReply(request: IncomingMessage, response: ServerResponse, route: string): void {
    const after = this.#requests.choose('after', request, route);
    if (after.chosen.length === 0) return;
    holdReply(response, async () => {
      for (const hit of strikes(after.chosen, after.span)) {
        const { effect } = hit;
        if (effect.kind === 'wait') {
          if ((await hold(hit, response)) === 'gone') return { kind: 'gone' };
          continue;
        }
        hit.done();
        if (effect.kind === 'answer') return effect;
        if (effect.kind === 'throw') return uncaught(effect.error);
        request.socket.resetAndDestroy();
        return { kind: 'gone' };
      }
      const body = request.method === 'HEAD' ? [] : onBody(after.chosen);
      return { kind: 'send', chosen: body, span: after.span };
    });
  }
}

/** A framework that is thrown at answers so; a bare server would die of it, which is another fault. */
function uncaught(error: Error) {
  const code = 'code' in error ? error.code : undefined;
  return {
    kind: 'answer',
    status: 500,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ statusCode: 500, code, error: 'Internal Server Error', message: error.message }),
  } as const;
}

/** What the handler throws is its own, as it is without us: it must not come back as a reason to run it again. */
function handle(pass: () => unknown): void {
  try {
    pass();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}
