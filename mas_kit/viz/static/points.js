// Many agents: each is a small stamp. Discs are written straight into pixels (one pass, no path per agent);
// other glyphs are drawn once per colour and copied.

function hexToPixel(hex) { // little-endian RGBA
  const v = parseInt(hex.slice(1), 16);
  return [(v >> 16) & 255, (v >> 8) & 255, v & 255];
}

// Coverage (0..255) of a disc of radius `r` device pixels on a square of odd width, at four sub-pixel offsets
// in x and y, so that slow agents glide instead of hopping from pixel to pixel.
function discMasks(r) {
  const half = Math.ceil(r) + 1, width = 2 * half + 1, masks = [];
  for (let oy = 0; oy < 4; oy++) {
    for (let ox = 0; ox < 4; ox++) {
      const mask = new Uint8Array(width * width);
      for (let y = 0; y < width; y++) {
        for (let x = 0; x < width; x++) {
          const d = Math.hypot(x - half - ox / 4, y - half - oy / 4);
          mask[y * width + x] = Math.round(255 * Math.min(Math.max(r + 0.5 - d, 0), 1));
        }
      }
      masks.push(mask);
    }
  }
  return { half, width, masks };
}

class Points {
  constructor() { this.discs = new Map(); this.sprites = new Map(); this.image = null; }

  disc(r) {
    const key = Math.round(r * 4);
    if (!this.discs.has(key)) this.discs.set(key, discMasks(key / 4));
    return this.discs.get(key);
  }

  // Discs of all agents over `background` (ImageData of the links and the paper), as ImageData.
  splat(background, width, height, xy, radius, colour, down, colours, grey, to) {
    if (!this.image || this.image.width !== width || this.image.height !== height) {
      this.image = new ImageData(width, height);
    }
    const out = this.image.data;
    out.set(background.data);
    const pixels = colours.map(hexToPixel), mute = hexToPixel(grey);
    const n = radius.length;
    for (let i = 0; i < n; i++) {
      const px = xy[2 * i] * to.k + to.x, py = to.y - xy[2 * i + 1] * to.k;
      const { half, width: w, masks } = this.disc(Math.max(radius[i] * to.k, 1.25 * to.dpr));
      const qx = Math.floor(px * 4), qy = Math.floor(py * 4);
      const x0 = (qx >> 2) - half, y0 = (qy >> 2) - half;
      const mask = masks[(qy & 3) * 4 + (qx & 3)];
      const [r, g, b] = down[i] ? mute : pixels[colour[i]];
      const yEnd = Math.min(w, height - y0), xEnd = Math.min(w, width - x0);
      for (let y = Math.max(0, -y0); y < yEnd; y++) {
        let at = ((y0 + y) * width + x0 + Math.max(0, -x0)) * 4;
        for (let x = Math.max(0, -x0); x < xEnd; x++, at += 4) {
          const c = mask[y * w + x];
          if (c === 255) { out[at] = r; out[at + 1] = g; out[at + 2] = b; out[at + 3] = 255; }
          else if (c) {
            const rest = 255 - c;
            out[at] = (r * c + out[at] * rest) / 255;
            out[at + 1] = (g * c + out[at + 1] * rest) / 255;
            out[at + 2] = (b * c + out[at + 2] * rest) / 255;
            out[at + 3] = 255;
          }
        }
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
