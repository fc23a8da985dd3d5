/** Names under which Chromium draws WebGL on the processor: SwiftShader, Mesa's llvmpipe, Windows' WARP. */
const softwareRenderer = /swiftshader|llvmpipe|softpipe|software|basic render/i;

let answer: boolean | null = null;

/**
 * Is there a graphics card behind WebGL 2? Drawn by the processor it is slower than plain elements: 20 MiB through
 * the console took 41 s with SwiftShader and 13 s without, on two cores.
 */
export function hasGraphicsCard(): boolean {
  answer ??= examine();
  return answer;
}

function examine(): boolean {
  const context = document.createElement("canvas").getContext("webgl2");
  if (context === null) return false;
  const info = context.getExtension("WEBGL_debug_renderer_info");
  const renderer: unknown = context.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER);
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return !softwareRenderer.test(String(renderer));
}
