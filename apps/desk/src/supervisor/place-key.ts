/** One spelling for a place: lower case, without diacritics, â as î, which the law and GeoNames write differently. */
export function placeKey(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('â', 'î')
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .trim();
}
