import { CALL_FAULTS, StormglassError } from '../../contract/index.ts';
import type { Effect, Grip, Injector } from '../leases.ts';
import type { Peers } from '../peers.ts';
import type { ArmedFault, Surroundings } from './armed.ts';
import { CallFaults } from './call-faults.ts';
import { HttpClientSeam } from './http-client.ts';
import type { Pick, Picked } from './pick.ts';
import { UndiciSeam } from './undici-seam.ts';

/** Faults on calls that go out, through undici, `fetch` or `node:http`. Without faults the seams do not exist. */
export class HttpOutSeam implements Injector {
  readonly capabilities = CALL_FAULTS.map((type) => `${type}:edge`);
  readonly #faults: CallFaults;
  readonly #peers: Peers;
  readonly #seams: readonly { patch(): void; unpatch(): void }[];

  constructor(peers: Peers, around: Surroundings) {
    this.#peers = peers;
    this.#faults = new CallFaults(around);
    const pick: Pick = (origin, call, repeatable) => this.#pick(origin, call, repeatable);
    this.#seams = [new UndiciSeam(pick, peers), new HttpClientSeam(pick)];
  }

  arm(grip: Grip): Effect {
    if (grip.lease.spec.target.kind !== 'edge') {
      throw new StormglassError('fault_unsupported', 'only calls to a peer are hurt here', 'Target an edge.');
    }
    const fault = this.#faults.arm(grip, () => {
      if (this.#faults.none) for (const seam of this.#seams) seam.unpatch();
    });
    for (const seam of this.#seams) seam.patch();
    return fault;
  }

  #pick(origin: URL, call: Parameters<Pick>[1], repeatable: boolean): Picked | null {
    const peer = this.#peers.ofOrigin(origin);
    const meant = ({ lease }: ArmedFault) => {
      const { target } = lease.spec;
      return target.kind === 'edge' && (target.to === peer || target.to === origin.host);
    };
    const choose = (position: keyof Picked) => this.#faults.choose(position, call, meant);
    const picked: Picked = {
      before: choose('before'),
      after: choose('after'),
      late: repeatable ? choose('late') : [],
      duplicate: repeatable ? choose('duplicate') : [],
    };
    return Object.values(picked).some((chosen) => chosen.length > 0) ? picked : null;
  }
}
