/**
 * Header of a request from a recording of ours. What a collector adds to what other libraries say (../foreign) is in it
 * already, and would come twice.
 */
export const RECORDED_HEADER = 'x-stormglass-recorded';

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
