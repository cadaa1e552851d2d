import type { Metadata } from 'next';
import { LiveMapPage } from '../features/live-map/live-map-page.tsx';
import { TourInvitation } from '../features/tour/tour.tsx';

export const metadata: Metadata = { title: 'Live' };

export default function Page() {
  return <LiveMapPage invitation={<TourInvitation />} />;
}
