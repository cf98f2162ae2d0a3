// Looks for a number whose SHA-256, with the challenge's salt and nonce, begins as it asks.
// SHA-256 as in FIPS 180-4; by hand, for crypto.subtle is asynchronous, and absent over http.

const primes = [];
for (let n = 2; primes.length < 64; n += 1) {
  if (primes.every((prime) => n % prime)) primes.push(n);
}
const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
const START = primes.slice(0, 8).map((prime) => fraction(prime ** (1 / 2)));
const ROUND = primes.map((prime) => fraction(Math.cbrt(prime)));
const words = new Int32Array(64);

// The digest of up to 55 bytes, as eight words.
function digest(bytes) {
  const block = new DataView(new ArrayBuffer(64));
  bytes.forEach((byte, at) => block.setUint8(at, byte));
  block.setUint8(bytes.length, 0x80);
  block.setUint32(60, bytes.length * 8);
  for (let t = 0; t < 16; t += 1) words[t] = block.getInt32(t * 4);
  for (let t = 16; t < 64; t += 1) {
    const x = words[t - 15];
    const y = words[t - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    words[t] = (words[t - 16] + s0 + words[t - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = START;
  for (let t = 0; t < 64; t += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[t] + words[t]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  return [a, b, c, d, e, f, g, h].map((word, at) => (word + START[at]) | 0);
}

const hex = (found) => found.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
const bytesOf = (text) => text.match(/../g).map((pair) => Number.parseInt(pair, 16));

self.addEventListener("message", ({ data: { salt, nonce, keyPrefix, keyLength } }) => {
  const known = [...bytesOf(salt), ...bytesOf(nonce)];
  const bytes = new Uint8Array(known.length + 4);
  bytes.set(known);
  const number = new DataView(bytes.buffer, known.length);
  for (let counter = 0; ; counter += 1) {
    number.setUint32(0, counter);
    const found = hex(digest(bytes));
    if (found.startsWith(keyPrefix)) {
      self.postMessage({ counter, derivedKey: found.slice(0, keyLength * 2) });
      return;
    }
  }
});
