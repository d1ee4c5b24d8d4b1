import { createHash } from 'node:crypto';
import { Factories } from '@cyclonedx/cyclonedx-library/Contrib/License';
import { ComponentType, ExternalReferenceType } from '@cyclonedx/cyclonedx-library/Enums';
import { Bom, Component, ExternalReference } from '@cyclonedx/cyclonedx-library/Models';
import { JSON as Json, JsonSerializer } from '@cyclonedx/cyclonedx-library/Serialize';
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec';
import { PackageURL } from 'packageurl-js';
import parseLicense from 'spdx-expression-parse';
import type { BasePart } from './base.ts';
import type { Image } from './oci.ts';
import type { Package } from './packages.ts';
import type { Source } from './source.ts';

/** Writes an image's bill of materials: CycloneDX 1.6, JSON. */

const licenses = new Factories.LicenseFactory(parseLicense);

export interface SbomInput {
  name: string;
  image: Image;
  packages: readonly Package[];
  base: readonly BasePart[];
  source: Source;
}

/** Creates the document of an image. Reproducible. */
export function createBillOfMaterials({ name, image, packages, base, source }: SbomInput): string {
  const whole = imageComponent(name, image, source);
  const parts = [...packages.map(packageComponent), ...base.map(baseComponent)];
  const bom = new Bom({ serialNumber: serialNumberOf(image.digest) });
  bom.metadata.timestamp = source.created;
  bom.metadata.component = whole;
  for (const part of parts) {
    bom.components.add(part);
    whole.dependencies.add(part.bomRef);
  }
  const serializer = new JsonSerializer(new Json.Normalize.Factory(Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function imageComponent(name: string, { repository, tag, digest }: Image, { version }: Source): Component {
  const purl = new PackageURL('oci', undefined, name, digest, { repository_url: repository, tag });
  const component = new Component(ComponentType.Container, `cups-${name}`, { bomRef: purl.toString(), version });
  component.purl = purl.toString();
  component.licenses.add(licenses.makeFromString('Apache-2.0'));
  return component;
}

function packageComponent({ name, version, license, description, homepage }: Package): Component {
  const [local, group] = name.split('/').reverse() as [string, string?];
  const purl = new PackageURL('npm', group, local, version).toString();
  const component = new Component(ComponentType.Library, local, { bomRef: purl, version });
  component.purl = purl;
  if (group) component.group = group;
  if (description) component.description = description;
  if (license) component.licenses.add(licenses.makeFromString(license));
  if (homepage) component.externalReferences.add(new ExternalReference(homepage, ExternalReferenceType.Website));
  return component;
}

function baseComponent({ name, version, license, purl }: BasePart): Component {
  const type = name === 'node' ? ComponentType.Platform : ComponentType.Library;
  const component = new Component(type, name, { bomRef: purl ?? name, version });
  if (purl) component.purl = purl;
  if (license) component.licenses.add(licenses.makeFromString(license));
  return component;
}

/** Derives a UUID from a digest (version 8 of RFC 9562), so that the same image keeps it. */
function serialNumberOf(digest: string): string {
  const hex = createHash('sha256').update(digest).digest('hex');
  const variant = ((parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}
