import { html, safe } from './markup.ts';
import { style } from './style.ts';

/**
 * One HTML file that needs nothing else: no script, no request, pictures inside. The policy in its head forbids what could still
 * slip through. `body` is markup already.
 */
export function htmlPage(title: string, body: string): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${safe(title)}</title>
        <style>
          !${style}
        </style>
      </head>
      <body>
        <main>!${body}</main>
      </body>
    </html> `;
}
