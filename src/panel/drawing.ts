/** What the pictures need of a canvas: a canvas has it, and so has what writes them as SVG. */
export type Drawing = Pick<
  CanvasRenderingContext2D,
  | 'beginPath' | 'clip' | 'closePath' | 'drawImage' | 'fill' | 'fillRect' | 'fillStyle' | 'fillText' | 'font' | 'globalAlpha' | 'imageSmoothingEnabled'
  | 'lineTo' | 'lineWidth' | 'measureText' | 'moveTo' | 'rect' | 'restore' | 'save' | 'setLineDash' | 'stroke' | 'strokeRect' | 'strokeStyle'
  | 'textAlign' | 'textBaseline' | 'translate'
>;
