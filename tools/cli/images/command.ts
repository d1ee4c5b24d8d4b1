import type { Command } from 'commander';
import { action, defineCommand } from '../program.ts';
import type { ImageOptions } from './images.ts';

export function imagesCommand(): Command {
  return defineCommand({
    name: 'images',
    summary:
      'Bundles each app and builds an OCI image with the Node of this repository and the C library of this machine, ' +
      'without registry and daemon. Two builds of one commit have the same digests. See docs/how-to/build-images.md.',
    example: 'images intake gateway --tag 0.2.0',
  })
    .argument('[apps...]', 'only these apps (default: all)')
    .option('--out <folder>', 'output folder', 'dist/images')
    .option('--registry <name>', "prefix of the app's name", 'localhost/cups')
    .option('--tag <tag>', 'tag (default: the version and the commit)')
    .option('--bundles', 'bundles alone, for the Dockerfile', false)
    .action(
      action(async (apps: string[], options: ImageOptions) => {
        const { images } = await import('./images.ts');
        await images(apps, options);
      }),
    );
}
