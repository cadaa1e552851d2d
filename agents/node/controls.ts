import { z } from 'zod';
import {
  type ControlAnswer,
  type ControlCall,
  type ControlDescriptor,
  ERROR_CODES,
  type ErrorCode,
} from '../contract/index.ts';

/** A typed action of this process, callable from the dashboard over the agent channel. */
export interface Control<Input extends z.ZodType = z.ZodType> {
  /** Dotted lower-case name, `saga.start`. Registering a name again replaces it. */
  name: string;
  /** A short imperative for a button: `Start a saga`. */
  title: string;
  /** Parsed before `run` sees it; its JSON Schema is shown as a form. */
  input: Input;
  /** Its result must survive JSON. A throw becomes a refusal with the error's message (and `next` and `code`, if it has them). */
  run(input: z.output<Input>): unknown;
}

interface Entry {
  descriptor: ControlDescriptor;
  call(input: unknown): Promise<ControlAnswer>;
}

/** The controls of one process. */
export class ControlRegistry {
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<() => void>();

  register<Input extends z.ZodType>(control: Control<Input>): () => void {
    const entry: Entry = {
      descriptor: {
        name: control.name,
        title: control.title,
        input: z.toJSONSchema(control.input, { io: 'input', unrepresentable: 'any' }),
      },
      call: (input) => runControl(control, input),
    };
    this.#entries.set(control.name, entry);
    this.changed();
    return () => {
      if (this.#entries.get(control.name) !== entry) return;
      this.#entries.delete(control.name);
      this.changed();
    };
  }

  describe(): ControlDescriptor[] {
    return [...this.#entries.values()].map((entry) => entry.descriptor);
  }

  async invoke(call: ControlCall): Promise<ControlAnswer> {
    const entry = this.#entries.get(call.name);
    if (entry) return entry.call(call.input);
    const known = [...this.#entries.keys()].join(', ') || 'none';
    return {
      ok: false,
      message: `this process has no control ${call.name}`,
      next: `Use one of its controls: ${known}.`,
    };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The hub is told anew what this process is like. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

async function runControl<Input extends z.ZodType>(
  control: Control<Input>,
  input: unknown,
): Promise<ControlAnswer> {
  const parsed = control.input.safeParse(input ?? {});
  if (!parsed.success) {
    const message = z.prettifyError(parsed.error);
    return { ok: false, message, next: 'Correct the named fields.', code: 'invalid_request' };
  }
  try {
    return { ok: true, result: (await control.run(parsed.data)) ?? null };
  } catch (error) {
    return {
      ok: false,
      message: error instanceof Error ? error.message : String(error),
      next: nextOf(error),
      ...codeOf(error),
    };
  }
}

/** Of the closed list only: a service's own codes mean nothing to others, but that its state forbids it does. */
function codeOf(error: unknown): { code?: ErrorCode } {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return {};
  if (error.code in ERROR_CODES) return { code: error.code as ErrorCode };
  return 'status' in error && error.status === 409 ? { code: 'conflict' } : {};
}

function nextOf(error: unknown): string {
  if (error instanceof Error && 'next' in error && typeof error.next === 'string') return error.next;
  return 'Look into the log of the service.';
}

/** Services register here before the agent has reached its hub, or without any agent at all. */
export const controls = new ControlRegistry();
