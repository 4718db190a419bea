{{- define "heliograph.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "heliograph.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "heliograph.labels" -}}
{{ include "heliograph.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "heliograph.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "heliograph.publicUrl" -}}
{{- if .Values.settings.PUBLIC_URL }}{{ .Values.settings.PUBLIC_URL }}
{{- else if and .Values.ingress.enabled .Values.ingress.host }}https://{{ .Values.ingress.host }}{{ end }}
{{- end }}

{{/* What every pod has: nothing to escalate with, nothing to write to but /tmp. */}}
{{- define "heliograph.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - {name: tmp, emptyDir: {sizeLimit: 64Mi}}
{{- with .Values.documents.configMap }}
  - {name: documents, configMap: {name: {{ . }}}}
{{- end }}
{{- end }}

{{- define "heliograph.container" -}}
image: {{ include "heliograph.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
volumeMounts:
  - {name: tmp, mountPath: /tmp}
{{- if .Values.documents.configMap }}
  - {name: documents, mountPath: /etc/heliograph, readOnly: true}
{{- end }}
env:
  - {name: HELIOGRAPH_HOST, value: "0.0.0.0"}
  - {name: HELIOGRAPH_PORT, value: "8000"}
  - {name: HELIOGRAPH_DATA_DIR, value: /tmp}
{{- if .Values.documents.configMap }}
  - {name: HELIOGRAPH_POLICY, value: /etc/heliograph/policy.yaml}
  - {name: HELIOGRAPH_DIRECTORY, value: /etc/heliograph/directory.yaml}
{{- end }}
{{- with include "heliograph.publicUrl" . }}
  - {name: HELIOGRAPH_PUBLIC_URL, value: {{ . | quote }}}
{{- end }}
{{- range $name, $value := omit .Values.settings "PUBLIC_URL" }}
  - name: HELIOGRAPH_{{ $name }}
    value: {{ $value | toString | quote }}
{{- end }}
{{- range $name, $reference := .Values.secrets }}
  - name: HELIOGRAPH_{{ $name }}
    valueFrom:
      secretKeyRef: {name: {{ $reference.name }}, key: {{ $reference.key }}}
{{- end }}
{{- end }}

{{/* Pods of one kind on different nodes and in different zones, where there are such. */}}
{{- define "heliograph.spread" -}}
topologySpreadConstraints:
{{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "heliograph.selector" $.root | nindent 8 }}
        app.kubernetes.io/component: {{ $.component }}
{{- end }}
{{- end }}
