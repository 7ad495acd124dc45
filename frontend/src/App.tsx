/** Which address shows which screen. Screens are loaded when first visited. */
import { lazy, Suspense } from "react";
import { Navigate, Route, Routes } from "react-router";
import { RequireGestor } from "./components/layout/RequireGestor";
import { RequireSession } from "./components/layout/RequireSession";
import { RequireSuperuser } from "./components/layout/RequireSuperuser";
import "./lib/leaveGate";
import { homeOf, useSession } from "./services/session";

const Login = lazy(() => import("./components/Login"));
const Layout = lazy(() => import("./components/Layout"));
const AdminDashboard = lazy(() => import("./components/AdminDashboard"));
const Empresas = lazy(() => import("./components/Empresas"));
const EmpresaDashboard = lazy(() => import("./components/EmpresaDashboard"));
const ConversationView = lazy(() => import("./components/ConversationView"));
const Reservas = lazy(() => import("./components/Reservas"));
const Pedidos = lazy(() => import("./components/Pedidos"));
const BufferStatus = lazy(() => import("./components/BufferStatus"));
const LogsViewer = lazy(() => import("./components/LogsViewer"));
const Simulador = lazy(() => import("./components/Simulador"));
const Conta = lazy(() => import("./components/Conta"));
const Usuarios = lazy(() => import("./components/Usuarios"));
const Auditoria = lazy(() => import("./components/Auditoria"));
const EmpresaForm = lazy(() => import("./components/EmpresaForm"));
const Redefinir = lazy(() => import("./components/Redefinir"));
const NotFound = lazy(() => import("./components/NotFound"));

function Home() {
  const { state } = useSession();
  return <Navigate to={state.phase === "signed-in" ? homeOf(state.me) : "/login"} replace />;
}

export function App() {
  return (
    <Suspense fallback={null}>
      <Routes>
        <Route path="/login" element={<Login />} />
        <Route path="/redefinir" element={<Redefinir />} />
        <Route element={<RequireSession />}>
          <Route index element={<Home />} />
          <Route element={<Layout />}>
            <Route path="/conta" element={<Conta />} />
            <Route path="/admin/buffer" element={<BufferStatus />} />
            <Route path="/admin/logs" element={<LogsViewer />} />
            <Route element={<RequireSuperuser />}>
              <Route path="/admin" element={<AdminDashboard />} />
              <Route path="/admin/empresas" element={<Empresas />} />
              <Route path="/admin/simulador" element={<Simulador />} />
            </Route>
            <Route element={<RequireGestor />}>
              <Route path="/admin/usuarios" element={<Usuarios />} />
              <Route path="/admin/auditoria" element={<Auditoria />} />
            </Route>
            <Route path="/admin/:slug" element={<EmpresaDashboard />} />
            <Route path="/admin/:slug/conversas" element={<ConversationView />} />
            <Route path="/admin/:slug/conversas/:id" element={<ConversationView />} />
            <Route path="/admin/:slug/reservas" element={<Reservas />} />
            <Route path="/admin/:slug/pedidos" element={<Pedidos />} />
            <Route path="/admin/:slug/configuracao" element={<EmpresaForm />} />
            <Route path="/admin/:slug/configuracao/:secao" element={<EmpresaForm />} />
            <Route path="*" element={<NotFound />} />
          </Route>
        </Route>
      </Routes>
    </Suspense>
  );
}
