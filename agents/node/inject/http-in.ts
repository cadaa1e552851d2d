import type { Server } from 'node:http';
import { CALL_FAULTS } from '../../contract/index.ts';
import type { Effect, Grip, Injector } from '../leases.ts';
import type { Surroundings } from './armed.ts';
import { CallFaults } from './call-faults.ts';
import type { EnvoyHeaders } from './envoy-headers.ts';
import { FastifyServers } from './fastify-servers.ts';
import { PlainServers } from './plain-servers.ts';
import { RequestFaults } from './request-faults.ts';

export interface HttpInOptions extends Surroundings {
  /** Null: what requests ask for by `x-envoy-fault-*` is ignored. */
  headers: EnvoyHeaders | null;
  /** Told when the first server appears, and with it the ability. */
  onChange: () => void;
}

/** Faults on requests that come in, at servers of Fastify and of `node:http` itself. */
export class HttpInSeam implements Injector {
  readonly #faults: CallFaults;
  readonly #fastify: FastifyServers;
  readonly #plain: PlainServers;
  #servers = 0;

  /** To be made before anything else patches `node:http`, so that what others do surrounds it. */
  constructor({ headers, onChange, ...around }: HttpInOptions) {
    this.#faults = new CallFaults(around);
    const requests = new RequestFaults(this.#faults, headers);
    const seen = () => {
      if (this.#servers++ === 0) onChange();
    };
    const known = new WeakSet<Server>();
    this.#fastify = new FastifyServers(requests, (server) => {
      known.add(server);
      seen();
    });
    this.#plain = new PlainServers(requests, (server) => !known.has(server), seen);
  }

  get capabilities(): string[] {
    return this.#servers === 0 ? [] : CALL_FAULTS.map((type) => `${type}:service`);
  }

  close(): void {
    this.#fastify.close();
    this.#plain.close();
  }

  arm(grip: Grip): Effect {
    return this.#faults.arm(grip);
  }
}
