/** Normalizes a place name: lower case, no diacritics, â as î, which law and GeoNames spell differently. */
export function placeKey(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('â', 'î')
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .trim();
}
