import { CONTROL, type WrongDirectory } from '@stormglass/agents/contract';
import { onHalt, registerControl } from '@stormglass/agents/node';
import type { DirectoryView } from '../kit/discovery/protocol.ts';
import type { Directory } from './directory.ts';

/** The discard port: nobody listens there. */
const NOBODY = 'http://127.0.0.1:9';

/** What is told of the directory: what it holds, unless somebody asked on purpose for a wrong answer. */
export class ToldView {
  readonly #directory: Directory;
  #wrong: WrongDirectory = { blank: false, stale: null };
  #changes = 0;

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  /** Changes whenever the view does. */
  get revision(): string {
    return `${this.#directory.revision}.${this.#changes}`;
  }

  view(): DirectoryView {
    const { blank, stale } = this.#wrong;
    if (blank) return { services: {} };
    const view = this.#directory.view();
    if (stale !== null) {
      view.services[stale] ??= { instances: [], left: [] };
      view.services[stale].instances.unshift({
        id: `${stale}-gone`,
        url: NOBODY,
        version: '',
        healthy: true,
      });
    }
    return view;
  }

  /** Offers wrong answers on the agent channel (`directory.set`); stopping everything sets it right. */
  offer(): () => void {
    const ends = [
      registerControl({
        name: 'directory.set',
        title: 'Answer wrongly, or rightly again',
        input: CONTROL['directory.set'].input,
        run: ({ blank = this.#wrong.blank, stale = this.#wrong.stale }) => this.#set({ blank, stale }),
      }),
      onHalt(() => void this.#set({ blank: false, stale: null })),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  #set(wrong: WrongDirectory): WrongDirectory {
    this.#wrong = wrong;
    this.#changes++;
    return wrong;
  }
}
