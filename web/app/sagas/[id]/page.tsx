import { SagaPage } from '../../../features/sagas/saga-page.tsx';

export const metadata = { title: 'Saga' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <SagaPage id={(await params).id} />;
}
