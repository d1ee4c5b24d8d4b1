/**
 * The part of the parser that is used here. Its own types bring those of a browser's page along, and would make all of them known
 * to every back-end.
 */
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
    /** Empty where it is absent. */
    getAttribute(name: string): string;
    /** As XML, with the namespaces that are in force. */
    toString(): string;
  }
  export class DOMParser {
    constructor(options: { errorHandler: Record<'warning' | 'error' | 'fatalError', (message: string) => void> });
    parseFromString(text: string, type: string): { readonly documentElement: XmlElement | null };
  }
}
