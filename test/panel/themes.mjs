/** The colours that VS Code sets on a webview's html element, and the class on its body, for its default themes. */

const FONT = { 'font-family': '"Segoe WPC", "Segoe UI", system-ui, "Ubuntu", "Droid Sans", sans-serif', 'font-size': '13px', 'editor-font-family': '"Droid Sans Mono", "DejaVu Sans Mono", monospace' };

export const THEMES = {
  dark: {
    classes: ['vscode-dark'],
    colours: {
      ...FONT, 'editor-background': '#1f1f1f', foreground: '#cccccc', descriptionForeground: '#9d9d9d', focusBorder: '#0078d4', errorForeground: '#f85149',
      'panel-border': '#2b2b2b', 'sideBarSectionHeader-background': '#181818', 'textLink-foreground': '#4daafc', 'dropdown-background': '#313131',
      'dropdown-foreground': '#cccccc', 'dropdown-border': '#3c3c3c', 'badge-background': '#616161', 'badge-foreground': '#f8f8f8',
      'button-background': '#0078d4', 'button-foreground': '#ffffff', 'button-secondaryBackground': '#313131', 'button-secondaryForeground': '#cccccc',
      'toolbar-hoverBackground': 'rgba(90, 93, 94, 0.31)', 'progressBar-background': '#0078d4',
    },
  },
  light: {
    classes: ['vscode-light'],
    colours: {
      ...FONT, 'editor-background': '#ffffff', foreground: '#3b3b3b', descriptionForeground: '#3b3b3b', focusBorder: '#005fb8', errorForeground: '#f85149',
      'panel-border': '#e5e5e5', 'sideBarSectionHeader-background': '#f8f8f8', 'textLink-foreground': '#005fb8', 'dropdown-background': '#ffffff',
      'dropdown-foreground': '#3b3b3b', 'dropdown-border': '#cecece', 'badge-background': '#cccccc', 'badge-foreground': '#3b3b3b',
      'button-background': '#005fb8', 'button-foreground': '#ffffff', 'button-secondaryBackground': '#e5e5e5', 'button-secondaryForeground': '#3b3b3b',
      'toolbar-hoverBackground': 'rgba(184, 184, 184, 0.31)', 'progressBar-background': '#005fb8',
    },
  },
  hc: {
    classes: ['vscode-high-contrast'],
    colours: {
      ...FONT, 'editor-background': '#000000', foreground: '#ffffff', descriptionForeground: 'rgba(255, 255, 255, 0.7)', focusBorder: '#f38518', errorForeground: '#f48771',
      contrastBorder: '#6fc3df', contrastActiveBorder: '#f38518', 'panel-border': '#6fc3df', 'textLink-foreground': '#21a6ff', 'dropdown-background': '#000000',
      'dropdown-foreground': '#ffffff', 'dropdown-border': '#6fc3df', 'badge-background': '#000000', 'badge-foreground': '#ffffff', 'button-foreground': '#ffffff',
      'progressBar-background': '#6fc3df',
    },
  },
  hcl: {
    classes: ['vscode-high-contrast-light', 'vscode-high-contrast'],
    colours: {
      ...FONT, 'editor-background': '#ffffff', foreground: '#292929', descriptionForeground: 'rgba(41, 41, 41, 0.7)', focusBorder: '#006bbd', errorForeground: '#b5200d',
      contrastBorder: '#0f4a85', contrastActiveBorder: '#006bbd', 'panel-border': '#0f4a85', 'textLink-foreground': '#0f4a85', 'dropdown-background': '#ffffff',
      'dropdown-foreground': '#292929', 'dropdown-border': '#0f4a85', 'badge-background': '#0f4a85', 'badge-foreground': '#ffffff', 'button-background': '#0f4a85',
      'button-foreground': '#ffffff', 'button-secondaryBackground': '#ffffff', 'button-secondaryForeground': '#292929', 'progressBar-background': '#0f4a85',
    },
  },
};
