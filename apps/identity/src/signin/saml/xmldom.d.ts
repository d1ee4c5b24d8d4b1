/** The used part of the parser. Its own types would add the browser's DOM types to every back end. */
declare module '@xmldom/xmldom/lib/dom-parser.js' {
  export interface XmlNode {
    readonly nodeType: number;
    readonly parentNode: XmlElement | null;
    readonly firstChild: XmlNode | null;
    readonly nextSibling: XmlNode | null;
    readonly textContent: string | null;
  }
  export interface XmlElement extends XmlNode {
    readonly localName: string;
    readonly namespaceURI: string | null;
    /** Returns '' for an absent attribute. */
    getAttribute(name: string): string;
    /** Returns the XML, with the namespaces in scope. */
    toString(): string;
  }
  export class DOMParser {
    constructor(options: { errorHandler: Record<'warning' | 'error' | 'fatalError', (message: string) => void> });
    parseFromString(text: string, type: string): { readonly documentElement: XmlElement | null };
  }
}
