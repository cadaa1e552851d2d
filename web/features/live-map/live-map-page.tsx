'use client';

export function LiveMapPage() {
  return <h1>Live map</h1>;
}
