/** What has happened so far, over all lanes. */
export interface MatrixFigures {
  deliveries: number;
  kills: number;
  freezes: number;
  cuts: number;
}

export const createMatrixFigures = (): MatrixFigures => ({
  deliveries: 0,
  kills: 0,
  freezes: 0,
  cuts: 0,
});
