import { describe, expect, it } from 'vitest';
import { panelHtml } from '../../../src/protocol/panel-html.ts';

describe('panelHtml', () => {
  const html = panelHtml({
    nonce: 'abc123', cspSource: 'https://*.vscode-cdn.net', scriptUri: 'https://host/dist/panel.js?a=1&b=2', styleUri: 'https://host/dist/panel.css',
    lang: 'en', title: 'A "quoted" <title>',
  });

  it('forbids everything but its own script, style, font and image', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
    expect(policy).toBe(
      "default-src 'none'; style-src https://*.vscode-cdn.net; script-src 'nonce-abc123'; font-src https://*.vscode-cdn.net; img-src https://*.vscode-cdn.net data:",
    );
    expect(html).not.toMatch(/unsafe|<style|style=|onload|javascript:/);
  });

  it('gives its one script the nonce and escapes what it is given', () => {
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).toContain('<script nonce="abc123" src="https://host/dist/panel.js?a=1&#38;b=2">');
    expect(html).toContain('<title>A &#34;quoted&#34; &#60;title&#62;</title>');
  });
});
