// Many agents: each is a small stamp. Discs are written straight into pixels (one pass, no path per agent);
// other glyphs are drawn once per colour and copied.

const rgbOf = (hex) => { const v = parseInt(hex.slice(1), 16); return [v >> 16, (v >> 8) & 255, v & 255]; };

const wordOf = (hex) => { const [r, g, b] = rgbOf(hex); return mix(0, r, g, b, 256); }; // as ImageData keeps it

function mix(under, r, g, b, c) {
  const rest = 256 - c;
  const red = (r * c + (under & 255) * rest) >> 8;
  const green = (g * c + ((under >> 8) & 255) * rest) >> 8;
  const blue = (b * c + ((under >> 16) & 255) * rest) >> 8;
  return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
}

const mixAll = (under, r, g, b, cover) => Uint32Array.from(cover, (c) => mix(under, r, g, b, c));

// The pixels of a disc of radius `r` device pixels, as places in an image of that width and how much of each is
// covered (1..256), at four sub-pixel offsets in x and y: so slow agents glide instead of hopping.
function discStamps(r, width) {
  const half = Math.ceil(r) + 1, stamps = [];
  for (let oy = 0; oy < 4; oy++) {
    for (let ox = 0; ox < 4; ox++) {
      const at = [], cover = [];
      for (let y = -half; y <= half; y++) {
        for (let x = -half; x <= half; x++) {
          const c = Math.round(256 * Math.min(Math.max(r + 0.5 - Math.hypot(x - ox / 4, y - oy / 4), 0), 1));
          if (c) { at.push(y * width + x); cover.push(c); }
        }
      }
      stamps.push({ at: Int32Array.from(at), cover: Uint16Array.from(cover), onPaper: [] });
    }
  }
  return { half, stamps };
}

class Points {
  constructor() { this.discs = new Map(); this.sprites = new Map(); this.image = null; this.words = null; }

  disc(quarters, width) { // of a radius in quarter pixels
    let disc = this.discs.get(quarters);
    if (!disc) this.discs.set(quarters, (disc = discStamps(quarters / 4, width)));
    return disc;
  }

  // Discs of all agents over `background` (ImageData of the links and the paper), as ImageData.
  splat(background, width, height, xy, radius, colour, down, colours, { muted: grey, paper }, to) {
    if (!this.image || this.image.width !== width || this.image.height !== height) {
      this.image = new ImageData(width, height);
      this.words = new Uint32Array(this.image.data.buffer);
      this.discs.clear();
    }
    const out = this.words, ink = Uint8Array.from([...colours, grey].flatMap(rgbOf)), muted = colours.length;
    out.set(new Uint32Array(background.data.buffer));
    const empty = wordOf(paper), smallest = 1.25 * to.dpr;
    if (this.paper !== paper) { this.paper = paper; this.discs.clear(); }
    let quarters = -1, disc = null;
    for (let i = 0; i < radius.length; i++) {
      const q = Math.round(Math.max(radius[i] * to.k, smallest) * 4);
      if (q !== quarters) { quarters = q; disc = this.disc(q, width); }
      const qx = Math.floor((xy[2 * i] * to.k + to.x) * 4), qy = Math.floor((to.y - xy[2 * i + 1] * to.k) * 4);
      const half = disc.half; // what would stick out at the edge is moved in
      const x = Math.min(Math.max(qx >> 2, half), width - half - 1);
      const y = Math.min(Math.max(qy >> 2, half), height - half - 1);
      const stamp = disc.stamps[(qy & 3) * 4 + (qx & 3)], { at, cover } = stamp, origin = y * width + x;
      const c = down[i] ? muted : colour[i], r = ink[3 * c], g = ink[3 * c + 1], b = ink[3 * c + 2];
      const onPaper = stamp.onPaper[c] || (stamp.onPaper[c] = mixAll(empty, r, g, b, cover));
      for (let k = 0; k < at.length; k++) {
        const place = origin + at[k], under = out[place];
        out[place] = under === empty ? onPaper[k] : mix(under, r, g, b, cover[k]); // mostly there is nothing below
      }
    }
    return this.image;
  }

  sprite(path, key, r, colour) {
    const size = Math.max(Math.round(r * 2), 3), name = `${key}|${size}|${colour}`;
    let sprite = this.sprites.get(name);
    if (!sprite) {
      if (this.sprites.size > 600) this.sprites.clear();
      sprite = document.createElement("canvas");
      sprite.width = sprite.height = size;
      const g = sprite.getContext("2d");
      g.scale(size / 24, size / 24);
      g.fillStyle = colour;
      g.fill(path, "evenodd");
      this.sprites.set(name, sprite);
    }
    return sprite;
  }
}
