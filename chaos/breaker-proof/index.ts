export { bisectTripCurve, configuredTrip, type TripRig, windowsAround } from './bisect.ts';
export { proveBreakers } from './proof.ts';
