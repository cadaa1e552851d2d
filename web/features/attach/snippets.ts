export interface Endpoints {
  /** `http://127.0.0.1:4318` */
  otlpHttp: string;
  /** `http://127.0.0.1:4317` */
  otlpGrpc: string;
  /** This dashboard. */
  hub: string;
  /** What the service is to be called on the map. */
  service: string;
}

export interface Snippet {
  id: string;
  title: string;
  /** What you get with it. */
  gives: string;
  code: string;
}

const TRACES_ONLY =
  'Traces and metrics. Faults need the agent, so it shows on the map but cannot be hurt from inside.';

function node(e: Endpoints): Snippet {
  return {
    id: 'node',
    title: 'Node.js',
    gives: 'Traces, breakers of opossum, faults and controls: one import, no code change.',
    code: `# once, in the checkout of Stormglass: npm run pack:agent
npm install /path/to/stormglass/dist/stormglass-agents-0.1.0.tgz
OTEL_SERVICE_NAME=${e.service} \\
OTEL_EXPORTER_OTLP_ENDPOINT=${e.otlpHttp} \\
STORMGLASS_HUB=${e.hub} STORMGLASS_CHAOS=on \\
node --import @stormglass/agents/register server.js`,
  };
}

function python(e: Endpoints): Snippet {
  return {
    id: 'python',
    title: 'Python',
    gives: TRACES_ONLY,
    code: `pip install opentelemetry-distro opentelemetry-exporter-otlp
opentelemetry-bootstrap -a install
OTEL_SERVICE_NAME=${e.service} \\
OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf \\
OTEL_EXPORTER_OTLP_ENDPOINT=${e.otlpHttp} \\
opentelemetry-instrument python app.py`,
  };
}

function java(e: Endpoints): Snippet {
  return {
    id: 'java',
    title: 'Java',
    gives: `${TRACES_ONLY} Resilience4j breakers come with Micrometer's OTLP registry.`,
    code: `curl -LO https://github.com/open-telemetry/opentelemetry-java-instrumentation/releases/latest/download/opentelemetry-javaagent.jar
OTEL_SERVICE_NAME=${e.service} \\
OTEL_EXPORTER_OTLP_ENDPOINT=${e.otlpHttp} \\
java -javaagent:opentelemetry-javaagent.jar -jar app.jar`,
  };
}

function go(e: Endpoints): Snippet {
  return {
    id: 'go',
    title: 'Go',
    gives: TRACES_ONLY,
    code: `// go get go.opentelemetry.io/otel/sdk go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp
//        go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp
exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL("${e.otlpHttp}/v1/traces"))
if err != nil { return err }
otel.SetTracerProvider(trace.NewTracerProvider(trace.WithBatcher(exporter)))
otel.SetTextMapPropagator(propagation.TraceContext{})
http.ListenAndServe(":8080", otelhttp.NewHandler(mux, "server"))

// the name comes from the environment: OTEL_SERVICE_NAME=${e.service} go run .`,
  };
}

function dotnet(e: Endpoints): Snippet {
  return {
    id: 'dotnet',
    title: '.NET',
    gives: `${TRACES_ONLY} Polly strategies are read from its own meter.`,
    code: `// dotnet add package OpenTelemetry.Extensions.Hosting
// dotnet add package OpenTelemetry.Exporter.OpenTelemetryProtocol
// dotnet add package OpenTelemetry.Instrumentation.AspNetCore
builder.Services.AddOpenTelemetry()
  .ConfigureResource(r => r.AddService("${e.service}"))
  .WithTracing(t => t.AddAspNetCoreInstrumentation().AddHttpClientInstrumentation()
    .AddOtlpExporter(o => o.Endpoint = new Uri("${e.otlpGrpc}")))
  .WithMetrics(m => m.AddMeter("Polly")
    .AddOtlpExporter(o => o.Endpoint = new Uri("${e.otlpGrpc}")));`,
  };
}

function generic(e: Endpoints): Snippet {
  return {
    id: 'otlp',
    title: 'Any OTLP',
    gives: TRACES_ONLY,
    code: `OTEL_SERVICE_NAME=${e.service}
OTEL_EXPORTER_OTLP_ENDPOINT=${e.otlpHttp}
OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
OTEL_RESOURCE_ATTRIBUTES=service.instance.id=${e.service}-1,service.version=1.0.0
# or gRPC: OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_ENDPOINT=${e.otlpGrpc}`,
  };
}

/** How to attach a service of one's own, with the real addresses of this installation. */
export function snippets(endpoints: Endpoints): Snippet[] {
  return [node, python, java, go, dotnet, generic].map((make) => make(endpoints));
}
