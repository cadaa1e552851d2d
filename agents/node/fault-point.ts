/** What a service says of a point in its code. */
export type PointAttributes = Readonly<Record<string, string | number | boolean>>;

type OnPoint = (name: string, attributes: PointAttributes | undefined) => Promise<void> | undefined;

/** Set only while a fault on a point is armed. */
export const points: { reached: OnPoint | null } = { reached: null };

/**
 * A place where a fault may strike, named by the service itself: `await faultPoint('charge.before_commit', { orderId })`. An
 * armed latency or hang waits here, an error throws here. Without one it is a comparison and allocates nothing; without the
 * agent it never does anything.
 */
export function faultPoint(name: string, attributes?: PointAttributes): Promise<void> | undefined {
  return points.reached === null ? undefined : points.reached(name, attributes);
}
