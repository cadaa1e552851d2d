import type { Metadata } from 'next';
import { LiveMapPage } from '../features/live-map/live-map-page.tsx';

export const metadata: Metadata = { title: 'Live' };

export default function Page() {
  return <LiveMapPage />;
}
