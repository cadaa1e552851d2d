import { Saga } from '../pages.tsx';

export const metadata = { title: 'Saga' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <Saga id={(await params).id} />;
}
