import './translate-page.ts';
import { render } from 'preact';
import { connectPageHost } from './page-host.ts';
import { Page } from './page.tsx';

const root = document.getElementById('panel');
if (root) render(<Page host={connectPageHost()} />, root);
