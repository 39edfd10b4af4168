// The space-time diagram: a raster that grows to the right. Columns come as bytes and are painted once, into a
// picture of one pixel a cell; each update then only stretches that picture and writes the axes anew.

const EMPTY = new Uint8Array(0);

function createRaster() {
  return { cells: 0, count: 0, step: 1, start: 0, bottom: 0, top: 1, low: 0, high: 1, x: "", y: "", value: "", data: EMPTY, made: 0 };
}

// Take in columns `told.from` .. `told.count - 1`.
function takeRaster(raster, told, bytes) {
  if (told.from === 0) { raster.data = EMPTY; raster.made++; }
  const needed = told.count * told.cells;
  if (raster.data.length < needed) {
    const room = new Uint8Array(Math.max(needed, 2 * raster.data.length));
    room.set(raster.data);
    raster.data = room;
  }
  raster.data.set(bytes, told.from * told.cells);
  Object.assign(raster, told);
}

// Round numbers between low and high, about `wanted` of them.
function roundTicks(low, high, wanted) {
  const rough = (high - low) / Math.max(wanted, 1), power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999);
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + 1e-9 * step; at += step) found.push(Math.abs(at) < 1e-12 * step ? 0 : at);
  return found;
}

const plainNumber = (value) => value.toLocaleString("en", { maximumSignificantDigits: 6 });

// What the time axis shows: it grows by doubling, so that the diagram does not shrink with every column.
function timeSpan(raster) {
  const needed = Math.max(raster.count * raster.step, 60 * raster.step);
  return 60 * raster.step * 2 ** Math.ceil(Math.log2(needed / (60 * raster.step)) - 1e-9);
}

class RasterView {
  constructor(cell, chart) {
    this.chart = chart;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "mk-raster";
    this.canvas.setAttribute("role", "img");
    this.picture = document.createElement("canvas");
    this.made = -1; this.painted = 0; this.theme = "";
    cell.classList.add("mk-wide");
    cell.replaceChildren(this.canvas);
  }

  paint(raster, theme) {
    const fresh = raster.made !== this.made || theme !== this.theme;
    if (fresh) { this.painted = 0; this.made = raster.made; this.theme = theme; }
    const room = 2 ** Math.ceil(Math.log2(Math.max(raster.count, 64)));
    if (this.picture.width !== room || this.picture.height !== raster.cells || fresh) {
      this.picture.width = room; this.picture.height = Math.max(raster.cells, 1);
      this.painted = 0;
    }
    const columns = raster.count - this.painted;
    if (columns <= 0 || !raster.cells) return;
    const image = new ImageData(columns, raster.cells), words = new Uint32Array(image.data.buffer);
    const scale = this.chart.scale[theme], ink = new Uint32Array(256);
    for (let shade = 1; shade < 256; shade++) {
      const value = parseInt(scale[Math.round(((shade - 1) / 254) * (scale.length - 1))].slice(1), 16);
      ink[shade] = (0xff000000 | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
    }
    for (let x = 0; x < columns; x++) {
      const from = (this.painted + x) * raster.cells;
      for (let y = 0; y < raster.cells; y++) words[(raster.cells - 1 - y) * columns + x] = ink[raster.data[from + y]];
    }
    this.picture.getContext("2d").putImageData(image, this.painted, 0);
    this.painted = raster.count;
  }

  draw(raster, theme, width) {
    this.paint(raster, theme);
    const { chart, canvas } = this, dpr = Math.min(window.devicePixelRatio || 1, 2), height = 280;
    if (canvas.width !== Math.round(width * dpr)) {
      canvas.width = Math.round(width * dpr); canvas.height = height * dpr;
      canvas.style.width = `${width}px`; canvas.style.height = `${height}px`;
    }
    const g = canvas.getContext("2d"), style = getComputedStyle(canvas);
    const [ink, muted, line] = ["--mk-ink", "--mk-muted", "--mk-line"].map((name) => style.getPropertyValue(name).trim() || "#667085");
    const font = style.getPropertyValue("--mk-font").trim() || "sans-serif";
    const left = 52, right = width - 8, top = 34, bottom = height - 36;
    g.setTransform(dpr, 0, 0, dpr, 0, 0);
    g.clearRect(0, 0, width, height);
    g.textBaseline = "middle";
    g.fillStyle = ink; g.font = `600 13px ${font}`; g.textAlign = "left";
    g.fillText(chart.title, 0, 11, Math.max(width - 190, 60));
    this.legend(g, raster, theme, right, muted, font);
    const span = timeSpan(raster), across = (right - left) / span, up = (bottom - top) / (raster.top - raster.bottom);
    if (raster.count && raster.cells) {
      g.imageSmoothingEnabled = raster.count * raster.step * across < raster.count; // columns narrower than pixels are averaged
      g.drawImage(this.picture, 0, 0, raster.count, raster.cells, left, top, raster.count * raster.step * across, bottom - top);
    }
    g.strokeStyle = line; g.lineWidth = 1;
    g.strokeRect(left + 0.5, top + 0.5, right - left - 1, bottom - top - 1);
    g.fillStyle = muted; g.font = `11px ${font}`; g.textAlign = "center";
    for (const at of roundTicks(raster.start, raster.start + span, width / 90)) {
      const half = g.measureText(plainNumber(at)).width / 2; // the last one must not be cut off
      g.fillText(plainNumber(at), Math.min(left + (at - raster.start) * across, width - half - 1), bottom + 10);
    }
    g.fillText(raster.x, (left + right) / 2, bottom + 26);
    g.textAlign = "right";
    for (const at of roundTicks(raster.bottom, raster.top, 5)) g.fillText(plainNumber(at), left - 6, bottom - (at - raster.bottom) * up);
    g.save();
    g.translate(8, (top + bottom) / 2); g.rotate(-Math.PI / 2); g.textAlign = "center";
    g.fillText(raster.y, 0, 0);
    g.restore();
    canvas.setAttribute("aria-label", `${chart.title}: ${raster.count} columns`);
  }

  legend(g, raster, theme, right, muted, font) {
    const scale = this.chart.scale[theme], wide = 90, from = right - wide - 62;
    for (let x = 0; x < wide; x++) {
      g.fillStyle = scale[Math.round((x / (wide - 1)) * (scale.length - 1))];
      g.fillRect(from + x, 7, 1.5, 8);
    }
    g.fillStyle = muted; g.font = `11px ${font}`;
    g.textAlign = "right"; g.fillText(plainNumber(raster.low), from - 5, 11);
    g.textAlign = "left"; g.fillText(`${plainNumber(raster.high)} ${raster.value}`, from + wide + 5, 11);
  }
}
