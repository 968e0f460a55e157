/**
 * The name of a new generation of a projected volume, as kubelets choose them: `2026_11_28_00_08_35.3501839476`. Pure.
 *
 * @param now epoch milliseconds
 * @param random 0 to 1: two in one second differ
 */
export function volumeStamp(now: number, random: number): string {
  const time = new Date(now).toISOString().slice(0, 19).replace(/[-T:]/g, '_');
  return `${time}.${Math.floor(random * 4_294_967_296)}`;
}
