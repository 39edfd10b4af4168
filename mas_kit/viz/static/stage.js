// The canvas, the clock that asks for ticks, and what a visitor does with the mouse and the keyboard.

const STEP_GLIDE = 450; // milliseconds in which a single step is shown
const MANY = 2000;
const AHEAD = 3; // frames on their way or waiting to be drawn
const SLOW = 150; // milliseconds between frames from which on one at a time is enough, so that pause counts at once
const GONE = 15000; // without an answer for so long, ask again (the kernel was restarted or the line was cut)
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Asks for ticks while playing: the browser sets the pace, so a slow page is never flooded and a closed or hidden
// one asks for nothing. Two ticks may be on their way or waiting to be drawn, so that the model works, the line
// carries and the screen draws at the same time; a frame that comes too early for the screen waits its turn.
function createClock(model, state) {
  let raf = 0, asked = -1e9, wanted = 0, received = 0, gap = 0, last = 0, stopped = false, lost = false;
  let changed = true, glided = false;
  const ahead = () => (gap > SLOW ? 1 : AHEAD);
  const early = []; // frames that have come and are not drawn yet, oldest first
  const playing = () => model.get("playing") && !model.get("waiting");
  const interval = () => (model.get("speed") > 0 ? 1000 / model.get("speed") : 0);
  const visible = () => [...state.views].some((view) => view.visible());

  function ask(now) {
    if (!playing() || !visible()) return;
    if (wanted > received && now - asked >= GONE) hello();
    if (Math.max(wanted - received, 0) + early.length >= ahead() || now - asked < interval() - 5) return;
    asked = now;
    wanted = Math.max(wanted, received) + 1;
    model.send({ type: "tick", want: wanted });
  }

  function hello() { // everything anew: a frame was missed, the kernel was restarted or the line was cut
    asked = performance.now();
    wanted = received;
    lost = true;
    model.send({ type: "hello" });
  }

  function loop(now) {
    raf = 0;
    const shown = visible();
    if (shown && state.drawn && early.length) take(now);
    const gliding = moving(state, now);
    if (shown && (changed || glided || gliding || !state.drawn)) {
      for (const view of state.views) view.draw(now);
      changed = false;
    }
    glided = gliding; // once more when it has arrived
    if (shown && !state.drawn) { state.drawn = true; state.views.forEach((view) => view.count()); }
    ask(now);
    if (playing() || early.length || gliding) again();
  }

  function again() { if (!raf && !stopped) raf = requestAnimationFrame(loop); }

  function kick() { // something else than time has changed: the size, the theme, what is pointed at
    changed = true;
    again();
  }

  function take(now) {
    const [message, buffers] = early.shift();
    const pace = Math.min(Math.max(gap, interval()), 1200);
    // As fast as possible means new states, not pictures between two of them: those would slow the model down.
    const swift = pace < 45 || (!interval() && message.count > MANY);
    const span = calm() || message.still ? 0 : playing() ? (swift ? 0 : pace) : STEP_GLIDE;
    accept(state, message, buffers, now, span, !playing());
    state.selected = state.scene.names.indexOf(model.get("selected"));
  }

  function frame(message, buffers) {
    const now = performance.now();
    // A frame says what has changed since the one before it; without that one it says nothing.
    if (!message.scene && message.serial !== received + 1) { if (!lost || now - asked > SLOW) hello(); return; }
    if (message.scene) lost = false;
    received = message.serial;
    gap = last && now - last < 2000 ? 0.7 * gap + 0.3 * (now - last) : 0;
    last = now;
    early.push([message, buffers]);
    while (early.length > (playing() && visible() ? AHEAD : 0)) take(now);
    again();
  }

  function restart() { // play was pressed: what was asked for before it was not answered
    wanted = received;
    kick();
  }
  return { frame, kick, hello, restart, stop() { stopped = true; cancelAnimationFrame(raf); } };
}

function createView(model, state, clock, el) {
  el.classList.add("mk-stage");
  const canvas = document.createElement("canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  const hint = document.createElement("div");
  hint.className = "mk-hint";
  const legend = document.createElement("div");
  legend.className = "mk-legend";
  const box = document.createElement("div");
  box.className = "mk-canvas";
  const clockFace = document.createElement("div"), tiles = document.createElement("div");
  clockFace.className = "mk-clock";
  tiles.className = "mk-tiles";
  box.append(canvas, clockFace, tiles, hint);
  el.append(box, legend);
  const g = canvas.getContext("2d", { alpha: false });
  const points = new Points();
  const backdrop = document.createElement("canvas"); // paper and links, drawn anew only when they change
  let hover = -1, built = "", pixels = null, frames = 0, draws = 0, theme = "light", looked = 0, aspect = 0;

  function tell() { // the clock and the headline numbers, in step with the picture
    clockFace.textContent = state.facts.clock || "";
    const told = state.facts.tiles || [];
    while (tiles.children.length > told.length) tiles.lastChild.remove();
    told.forEach(([name, value], i) => {
      const tile = tiles.children[i] || tiles.appendChild(document.createElement("div"));
      if (!tile.children.length) tile.append(document.createElement("b"), document.createElement("span"));
      tile.children[0].textContent = value;
      tile.children[1].textContent = name;
    });
  }

  let shown = false, asked = -1e9;
  const visible = () => { // asking makes the browser lay the page out, so not in every frame
    const now = performance.now();
    if (now - asked > 150) { asked = now; shown = el.isConnected && canvas.offsetParent !== null; }
    return shown;
  };

  function lookAtTheme(now) { // follows JupyterLab's theme or the page's, whichever is behind us
    if (looked && now - looked < 1000) return;
    looked = now;
    const root = el.closest(".mas-kit") || el;
    let at = root.parentElement, paint = null;
    while (at && !paint) {
      const match = getComputedStyle(at).backgroundColor.match(/[\d.]+/g);
      if (match && (match.length < 4 || +match[3] > 0.5)) paint = match;
      at = at.parentElement;
    }
    const light = !paint || 0.3 * paint[0] + 0.59 * paint[1] + 0.11 * paint[2] > 128;
    theme = light ? "light" : "dark";
    root.classList.toggle("mk-dark", !light);
  }

  function resize() {
    const dpr = Math.min(devicePixelRatio || 1, 3);
    const [left, bottom, right, top] = state.scene.extent;
    const ratio = Math.min(Math.max((top - bottom) / (right - left), 0.2), 1.2);
    if (ratio !== aspect) { aspect = ratio; box.style.aspectRatio = `${1 / ratio}`; }
    const width = Math.max(Math.round(box.clientWidth * dpr), 1), height = Math.max(Math.round(box.clientHeight * dpr), 1);
    if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
    return dpr;
  }

  function paintBackdrop(to, ink, colours) {
    const still = state.scene.links.length ? `${state.now.xy.slice(0, 64)}` : "";
    const key = `${canvas.width}x${canvas.height}|${theme}|${state.revision}|${still}`;
    if (key === built) return;
    built = key;
    pixels = null;
    backdrop.width = canvas.width;
    backdrop.height = canvas.height;
    const b = backdrop.getContext("2d", { willReadFrequently: true });
    b.fillStyle = ink.paper;
    b.fillRect(0, 0, backdrop.width, backdrop.height);
    drawLinks(b, state, to, ink, colours);
    writeLegend(colours);
  }

  function writeLegend(colours) {
    const { scene } = state;
    legend.replaceChildren(...[...scene.lanes.map((lane) => [lane.name, lane.colour, scene.glyphs[lane.glyph]]),
      ...scene.bars.map((bar) => [bar.name, bar.colour, ""])].map(([name, colour, path]) => {
      const item = document.createElement("span"), mark = document.createElement(path ? "i" : "b");
      if (path) mark.innerHTML = `<svg viewBox="0 0 24 24"><path fill-rule="evenodd" d="${path}" fill="${colours[colour]}"/></svg>`;
      else mark.style.background = colours[colour];
      item.append(mark, name);
      return item;
    }));
  }

  function draw(now) {
    if (!state.scene) return;
    lookAtTheme(now);
    const dpr = resize(), { colours, ink } = state.scene.palette[theme], s = place(state, now);
    const to = fit(state.scene, canvas.width, canvas.height, dpr);
    paintBackdrop(to, ink, colours);
    if (state.count > DETAILED_UP_TO && state.scene.plain) {
      pixels = pixels || backdrop.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      g.putImageData(points.splat(pixels, canvas.width, canvas.height, state.now.xy, state.cols.size, state.cols.colour, state.cols.down, colours, ink, to), 0, 0);
      ring(to, ink, state.selected, 0.95);
      ring(to, ink, hover, 0.4);
    } else g.drawImage(backdrop, 0, 0);
    if (state.cols.m_id.length || state.movers.ghosts.length) drawMovers(g, state, to, state.scene.palette[theme], s, points);
    if (state.count <= DETAILED_UP_TO) drawAgents(g, state, to, ink, colours, hover);
    else if (!state.scene.plain) stamps(to, ink, colours);
    canvas.dataset.draws = ++draws;
  }

  function stamps(to, ink, colours) {
    const { cols, now, scene } = state;
    for (let i = 0; i < state.count; i++) {
      const r = Math.max(cols.size[i] * to.k, 1.5 * to.dpr), shape = shapeOf(scene, i);
      const sprite = points.sprite(scene.paths[shape], shape, r, cols.down[i] ? ink.muted : colours[cols.colour[i]]);
      g.drawImage(sprite, now.xy[2 * i] * to.k + to.x - r, to.y - now.xy[2 * i + 1] * to.k - r, 2 * r, 2 * r);
    }
    ring(to, ink, state.selected, 0.95);
    ring(to, ink, hover, 0.4);
  }

  function ring(to, ink, i, alpha) {
    if (i < 0 || i >= state.count) return;
    g.beginPath();
    g.arc(state.now.xy[2 * i] * to.k + to.x, to.y - state.now.xy[2 * i + 1] * to.k, Math.max(state.cols.size[i] * to.k, 2 * to.u) + 4 * to.u, 0, 7);
    g.lineWidth = 2.5 * to.u;
    g.strokeStyle = ink.ink;
    g.globalAlpha = alpha;
    g.stroke();
    g.globalAlpha = 1;
  }

  // The agent under the pointer: the nearest whose disc, or a few pixels around it, is hit; -1 for none.
  function hit(event) {
    if (!state.scene) return -1;
    const at = canvas.getBoundingClientRect(), dpr = canvas.width / at.width;
    const px = (event.clientX - at.left) * dpr, py = (event.clientY - at.top) * dpr;
    const to = fit(state.scene, canvas.width, canvas.height, dpr);
    let best = -1, near = Infinity;
    for (let i = 0; i < state.count; i++) {
      const d = Math.hypot(state.now.xy[2 * i] * to.k + to.x - px, to.y - state.now.xy[2 * i + 1] * to.k - py) - state.cols.size[i] * to.k;
      if (d < near) { near = d; best = i; }
    }
    return near <= 5 * dpr ? best : -1;
  }

  const pick = (i) => { if (i >= 0) model.send({ type: "pick", name: state.scene.names[i] }); };
  canvas.addEventListener("click", (event) => pick(hit(event)));
  canvas.addEventListener("pointermove", (event) => {
    const i = hit(event);
    canvas.style.cursor = i >= 0 ? "pointer" : "default";
    if (i >= 0) {
      const at = box.getBoundingClientRect();
      hint.textContent = state.scene.names[i] + (state.badges[i] ? ` · ${state.badges[i]}` : "");
      hint.style.left = `${Math.min(event.clientX - at.left + 14, at.width - 120)}px`;
      hint.style.top = `${event.clientY - at.top + 14}px`;
    }
    hint.classList.toggle("mk-on", i >= 0);
    if (i !== hover) { hover = i; clock.kick(); }
  });
  canvas.addEventListener("pointerleave", () => { hover = -1; hint.classList.remove("mk-on"); clock.kick(); });
  canvas.addEventListener("keydown", (event) => {
    if (event.key === " ") { model.send({ type: "toggle" }); event.preventDefault(); event.stopPropagation(); return; }
    const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!way || !state.count) return;
    event.preventDefault();
    event.stopPropagation();
    pick((Math.max(state.selected, way < 0 ? 0 : -1) + way + state.count) % state.count);
  });
  const watcher = new ResizeObserver(() => clock.kick());
  watcher.observe(box);
  const themes = new MutationObserver(() => { looked = 0; clock.kick(); });
  themes.observe(document.body, { attributes: true, attributeFilter: ["class", "data-jp-theme-light", "data-jp-theme-name"] });

  const view = {
    draw,
    visible,
    count() { // what tests and the benchmark read: model states shown, and which one is on the screen
      frames++;
      tell();
      Object.assign(canvas.dataset, { frames, serial: state.serial, agents: state.count, movers: state.cols.m_id.length, time: state.facts.time });
      canvas.setAttribute("aria-label", `${state.count} agents, ${state.facts.clock || ""}; arrow keys choose an agent, space plays and pauses`);
    },
    remove() { state.views.delete(view); watcher.disconnect(); themes.disconnect(); },
  };
  state.views.add(view);
  state.drawn = false;
  clock.kick();
  return view;
}

export default () => {
  const state = createScene();
  let clock = null;
  return {
    initialize({ model }) {
      clock = createClock(model, state);
      model.on("msg:custom", (message, buffers) => { if (message.type === "frame") clock.frame(message, buffers); });
      model.on("change:playing", () => clock.restart());
      model.on("change:speed change:waiting", () => clock.kick());
      model.on("change:selected", () => { if (state.scene) state.selected = state.scene.names.indexOf(model.get("selected")); clock.kick(); });
      clock.hello();
      return () => clock.stop();
    },
    render({ model, el }) {
      const view = createView(model, state, clock, el);
      return () => view.remove();
    },
  };
};
