export { bisectTripCurve, configuredTrip, type TripOutcome, type TripRig, windowsAround } from './bisect.ts';
export { proveBreakers } from './proof.ts';
