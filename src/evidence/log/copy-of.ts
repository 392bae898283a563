/** A copy of data whose strings do not hold the text that they were cut from. */
export function copyOf<T>(data: T): T {
  return JSON.parse(JSON.stringify(data)) as T;
}
