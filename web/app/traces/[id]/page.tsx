import { TracePage } from '../../../features/trace/trace-page.tsx';

export const metadata = { title: 'Trace' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <TracePage id={(await params).id} />;
}
