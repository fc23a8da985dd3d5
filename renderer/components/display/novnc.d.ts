/** The part of noVNC 1.7's API that is used; docs/API.md of that project. */
declare module "@novnc/novnc" {
  export default class RFB extends EventTarget {
    constructor(target: Element, channel: object, options?: { shared?: boolean });
    viewOnly: boolean;
    scaleViewport: boolean;
    focusOnClick: boolean;
    background: string;
    qualityLevel: number;
    compressionLevel: number;
    disconnect(): void;
    focus(options?: FocusOptions): void;
    blur(): void;
    /** `code`: a KeyboardEvent.code or null; without `down` the key is pressed and released. */
    sendKey(keysym: number, code: string | null, down?: boolean): void;
    sendCtrlAltDel(): void;
    toBlob(callback: (blob: Blob | null) => void, type?: string): void;
  }
}
