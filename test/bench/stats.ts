/** Numbers out of samples. */

/** Of at least one sample; the lower of the two middle ones. */
export function quantile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const value = sorted[Math.floor((sorted.length - 1) * part)];
  if (value === undefined) throw new Error("there is no sample");
  return value;
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** Half the distance between the quartiles, as a part of the median: how far samples of one peer lie apart. */
export function spread(samples: readonly number[]): number {
  const middle = median(samples);
  return middle === 0 ? 0 : (quantile(samples, 0.75) - quantile(samples, 0.25)) / 2 / Math.abs(middle);
}

/** Three digits that count. */
export function figure(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return digits === 0 ? Math.round(value).toLocaleString("en-GB") : value.toFixed(digits);
}
