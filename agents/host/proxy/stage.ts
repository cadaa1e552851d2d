/** A stretch of a stream on its way through the proxy. */
export interface Chunk {
  data: Buffer;
  /** Monotonic milliseconds from which a stage counts its delay: when it came in, or left the stage before. */
  at: number;
}

/**
 * How a stream ends. `end`: its sender closed its half. `close`: both halves are closed when what was passed on is
 * written. `reset`: the connection is cut off with RST, what is under way is lost.
 */
export type End = 'end' | 'close' | 'reset';

/** Takes one direction of a connection, piece by piece. */
export interface Sink {
  push(chunk: Chunk): void;
  end(how: End): void;
}

/** What a toxic does to one direction of one connection. Stages stand in the order in which their toxics came. */
export interface Stage extends Sink {
  /** True while no more should come in; whoever sends is held back then. */
  readonly full: boolean;
  /** Bytes it holds back. */
  readonly held: number;
  /** Its toxic's attributes were changed. */
  refresh(): void;
  /** It is taken out of the chain: what it holds goes on at once, in order. */
  dissolve(): void;
  /** The connection is gone. */
  dispose(): void;
}

export type Attributes = Readonly<Record<string, number | string>>;

/** What a stage may use of its place in the chain, and of its toxic. */
export interface Seat<A extends Attributes = Attributes> {
  /** Of the toxic, as they are now. */
  readonly attributes: A;
  /** What comes after it. */
  readonly next: Sink;
  /** True when the connection was there before the toxic. */
  readonly late: boolean;
  /** True while the process holds so much for all its connections that each has to do with little. */
  readonly scarce: boolean;
  /** Counts an effect; false when there may be no more, and the data has to pass untouched. */
  take(): boolean;
  /** The next number in [0, 1) of the toxic's seed for this connection. */
  draw(): number;
  /** Bytes held have changed: there may be room again, or none any more. */
  changed(by: number): void;
  /** Of an HTTP toxic: writes to whoever sent what came in, and ends the connection. */
  answer(data: Buffer): void;
  /** One more of the things of which an HTTP toxic takes only the first few, over all connections. */
  count(): number;
}

/** One kind of toxic: the zero values of its attributes say their names and types. */
export interface ToxicType<A extends Attributes = Attributes> {
  readonly zeros: A;
  /** Absent: it acts on the proxy as a whole. */
  stage?(seat: Seat<A>): Stage;
}
