/** The first line of a recording. Other tools find none of their lists in it and pass it over. */
export interface RecordingHead {
  stormglassRecording: {
    version: 1;
    /** Epoch milliseconds. */
    from: number;
    to: number;
    /** The experiment's run, with its spec and verdict; null when the recording is of a range. */
    run: unknown;
  };
}
